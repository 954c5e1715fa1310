#!/bin/sh
# Prints the path of a Chromium for the page's tests. If none is found, it installs one: with apt on
# Debian as root, otherwise playwright's own build into playwright's cache.
set -eu
find_chromium() {
	for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
		[ -n "$candidate" ] && command -v "$candidate" && return 0
	done
	cd "$(dirname "$0")/.." &&
		node -e 'const p = require("playwright-core").chromium.executablePath(); require("fs").accessSync(p); console.log(p)' 2>/dev/null
}
find_chromium && exit 0
echo "no Chromium found: installing one for the page's tests" >&2
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium; } >&2
else
	(cd "$(dirname "$0")/.." && npx playwright-core install chromium) >&2
fi
find_chromium || {
	echo "install Chromium and set CHROMIUM to its path" >&2
	exit 1
}
