#!/usr/bin/env bash
# Fetch what the browser tests check accessibility with: axe-core, into build/browser. Chromium comes from the system.
set -eu -o pipefail
cd "$(dirname "$0")/.."
axe=4.11.0
folder=build/browser
grep -qs "\"version\": \"$axe\"" "$folder/node_modules/axe-core/package.json" && exit 0
mkdir -p "$folder"
npm install --prefix "$folder" --no-save --no-package-lock --no-audit --no-fund --silent "axe-core@$axe"
