#!/usr/bin/env bash
# Installs all that the peers are made of, and what clients/typescript is built with, from the machine's package registries. Safe to run again: what is there stays as it is.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
packages=(
    neovim python3 python3-msgpack python3-pynvim ruby ruby-neovim ruby-msgpack php-cli php-msgpack
    lua5.1 lua-nvim lua-mpack lua-luv lua-coxpcall golang-go golang-github-ugorji-go-codec-dev g++ libmsgpack-dev
)

wanted=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'ok installed' || wanted+=("$package")
done
# node may be another than Debian's.
command -v npm > /dev/null || wanted+=(nodejs npm)

if [ ${#wanted[@]} -gt 0 ]; then
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${wanted[@]}"
fi

# npm ci empties node_modules first, under peers that may be running: only where the lock file has changed since.
for folder in "$here/node" "$here/../../clients/typescript"; do
    if [ ! -f "$folder/node_modules/.package-lock.json" ] || [ "$folder/package-lock.json" -nt "$folder/node_modules/.package-lock.json" ]; then
        (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund)
    fi
done
