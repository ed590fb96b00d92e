#!/bin/sh
# Every check, each a line; all are run even when one fails.
set -u
failed=0

step() {
  name=$1
  shift
  if output=$("$@" 2>&1); then
    printf '✓ %s\n' "$name"
  else
    printf '✗ %s\n%s\n' "$name" "$output"
    failed=1
  fi
}

bin=.venv/bin
step "格式与习惯 · ruff check" $bin/ruff check
step "排版 · ruff format" $bin/ruff format --check
step "类型 · mypy --strict" $bin/mypy
step "导入方向 · import-linter" $bin/lint-imports
step "迁移与模型一致 · migrations build what the models say" $bin/pytest tests/db/test_migrations.py
step "家规、锁定、设置文档 · house rules, lock, settings page" $bin/pytest tests/house_rules
step "语音流程 · every flow ends" $bin/hotline flow check
exit $failed
