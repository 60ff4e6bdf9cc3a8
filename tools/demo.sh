#!/usr/bin/env bash
# The main job on real input: demo.sh RACKMATH PAGE FOLDER
# Reads a brain's page into a vault, searches it, and answers the demo scenario with a report.
set -eu -o pipefail
rackmath=$1 page=$2 folder=$3

step() { printf '\n\033[1m%s\033[0m\n$ rackmath %s\n\n' "$1" "$2"; }
mkdir -p "$folder/site"
name=$(basename "$page")
brain=$folder/brains/${name%.*} # a brain for each page

step "1. Read a brain's page" "brain import $page --into $brain"
"$rackmath" brain import "$page" --into "$brain"

step "2. Search it" "brain search 'idle GPU cost' --vault $brain --limit 3"
"$rackmath" brain search 'idle GPU cost' --vault "$brain" --limit 3

step "3. Decide: 1.2 billion tokens a month of a 70B chat model" "decide serve-70b-chat --report $folder/site/report.html"
"$rackmath" decide serve-70b-chat --vault "$brain" --report "$folder/site/report.html"

printf '\nOpen %s in a browser; `make serve` shows the brain.\n' "$folder/site/report.html"
