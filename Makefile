# 关爱帮扶热线 1+N · The 1+N care hotline.   make help lists what can be done.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
STAMPS := .venv/.stamps
VENDOR := hotline/web/static/vendor
LOCK := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header

.PHONY: help
help: ## 列出全部命令 · List what can be done
	@sed -nE 's/^([a-z]+):[^#]*## (.*)$$/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 18

.PHONY: run
run: install ## 启动全部服务，打开网页即可拨打 · Start everything, then open the page and ring
	@exec $(BIN)/hotline serve

.PHONY: test
test: $(STAMPS)/dev $(VENDOR)/.stamp ## 运行全部测试 · Run the whole test suite
	@$(BIN)/python -m tests.chromium
	@$(BIN)/pytest -n 2

.PHONY: bench
bench: $(STAMPS)/dev $(VENDOR)/.stamp ## 测量性能，只测一项加 ONLY=pages · Measure; one benchmark alone: ONLY=pages
	@$(BIN)/python -m benchmarks $(ONLY)

.PHONY: matrix
matrix: $(STAMPS)/dev $(VENDOR)/.stamp ## 每个回调逐一出错，约半小时，写入 docs/reliability.md · Every webhook goes wrong; half an hour
	@rm -rf build/matrix
	@HOTLINE_MATRIX=build/matrix $(BIN)/pytest -n 2 tests/matrix tests/embedded/test_recovery.py; \
		$(BIN)/python -m tests.matrix.table build/matrix docs/reliability.md

.PHONY: check
check: $(STAMPS)/dev ## 检查格式、类型、导入、迁移、锁定、文档、流程 · Lint, types, imports, migrations, lock, docs, flows
	@sh scripts/check.sh

.PHONY: install
install: $(STAMPS)/main $(VENDOR)/.stamp ## 只安装，不启动 · Install without starting

.PHONY: lock
lock: $(STAMPS)/dev ## 重新锁定依赖（需要网络） · Lock the dependencies again (needs the network)
	@$(LOCK) pyproject.toml --group build --output-file requirements/main.txt
	@$(LOCK) pyproject.toml --group build --group dev --constraint requirements/main.txt \
		--output-file requirements/dev.txt
	@$(LOCK) --group node --output-file requirements/node.txt

.PHONY: docs
docs: $(STAMPS)/dev ## 重新生成 docs/ 中的设置、流程和生命周期 · Write the settings, flows and life cycle in docs/ again
	@$(BIN)/python -m hotline.commands.settings_page docs/settings.md
	@$(BIN)/python -m hotline.commands.drawn_pages docs

.PHONY: words
words: $(STAMPS)/dev ## 更新网页文字的英文词表 · Renew the list of the pages' English words
	@mkdir -p build && $(BIN)/pybabel -q extract -F babel.cfg -k N_ --no-location -o build/pages.pot .
	@$(BIN)/pybabel -q update -i build/pages.pot -d hotline/web/translations -l en -w 120 \
		--no-fuzzy-matching --ignore-obsolete --omit-header

.PHONY: reset
reset: ## 清空数据目录 · Empty the data folder (HOTLINE_DATA_DIR, else .hotline)
	@sh scripts/reset.sh

.PHONY: clean
clean: ## 删除环境和缓存，保留数据 · Remove the environment and the caches, keep the data
	@rm -rf .venv node_modules $(VENDOR) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache
	@find hotline tickets ivr_flows tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/pip:
	@sh scripts/setup.sh environment

$(STAMPS)/main: requirements/main.txt pyproject.toml | $(BIN)/pip
	@sh scripts/setup.sh main

$(STAMPS)/dev: requirements/dev.txt $(STAMPS)/main
	@sh scripts/setup.sh dev

$(VENDOR)/.stamp: package.json package-lock.json | $(STAMPS)/main
	@sh scripts/setup.sh assets
