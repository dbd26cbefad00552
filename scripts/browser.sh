#!/usr/bin/env bash
# Make sure a Chromium with Chinese fonts is there for the browser tests; on Debian it is installed.
set -euo pipefail
have_browser() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
if have_browser && command -v redis-server >/dev/null && fc-list :lang=zh 2>/dev/null | grep -q .; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk redis-server fontconfig >/dev/null
else
  echo "browser tests need chromium, redis-server and a Chinese font; they are skipped where one is missing" >&2
fi
