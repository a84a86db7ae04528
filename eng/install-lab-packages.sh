#!/usr/bin/env bash
# Installs what the lab tests and benchmarks need on Debian: namespaces and client tools, real agents and services, and the
# reference stack as black-box peer. Nothing installed here is started. Needs root.
set -eu
[ "$(id -u)" = 0 ] || { echo 'eng/install-lab-packages.sh: needs root' >&2; exit 1; }
export DEBIAN_FRONTEND=noninteractive

packages=(
    iproute2 nftables util-linux procps iputils-ping iputils-arping python3 curl   # the lab itself
    resource-agents fence-agents nginx-light                                       # what the cluster manages
    corosync pacemaker pacemaker-cli-utils                                         # the reference, as peer and oracle
    gcc libc6-dev libcpg-dev                                                       # the C client on the reference's side
    corosync-qdevice corosync-qnetd                                                # its quorum device
    faketime                                                                       # recorded command lines at their time
    libxml2-utils                                                                  # RELAX NG beside our own validator
    dbus systemd                                                                   # hosts with a real systemd
)

missing=()
for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

# Debian starts services on installation unless this policy says no.
if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
fi
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
