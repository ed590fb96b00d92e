#!/bin/sh
# Empty the data folder, and nothing that does not look like one.
set -eu
folder=${HOTLINE_DATA_DIR:-.hotline}
if [ -d "$folder" ] && [ ! -e "$folder/hotline.lock" ] && [ -n "$(ls -A "$folder")" ]; then
  echo "✗ $folder 不像是热线的数据目录，未删除 · $folder does not look like the hotline's data folder; nothing was removed" >&2
  exit 1
fi
if [ -x .venv/bin/hotline ]; then .venv/bin/hotline stop; fi
rm -rf "$folder"
echo "✓ 数据目录已清空：$folder · the data folder is empty"
