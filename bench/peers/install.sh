#!/bin/sh
# Installs what `pnpm bench` compares with, from Debian's packages (12 or later). Run it as root.
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends \
  python3-numpy python3-astropy python3-bottleneck python3-ccdproc python3-pil \
  gcc libc6-dev libcfitsio-dev gnuastro siril time
