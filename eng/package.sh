#!/usr/bin/env bash
# Builds a Debian package that needs no .NET on the target: artifacts/package/mainstay_VERSION_ARCH.deb
# Usage: eng/package.sh   (needs the .NET SDK and dpkg-deb)
set -eu
cd "$(dirname "$(readlink -f "$0")")/.."
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
case $(uname -m) in
x86_64) rid=linux-x64 arch=amd64 ;;
aarch64) rid=linux-arm64 arch=arm64 ;;
*) echo "eng/package.sh: no package for $(uname -m)" >&2; exit 1 ;;
esac
command -v dpkg-deb >/dev/null || { echo 'eng/package.sh: dpkg-deb is missing: run it on Debian or Ubuntu' >&2; exit 1; }

out=artifacts/package
root=$out/root
rm -rf "$root"
lib=$PWD/$root/usr/lib/mainstay
mkdir -p "$lib" "$root/usr/sbin" "$root/lib/systemd/system" "$root/etc/default" "$root/usr/share/doc/mainstay" \
    "$root/usr/share/bash-completion/completions" "$root/DEBIAN" "$root/usr/lib/ocf/resource.d"
# A copy, because a restore for one machine type rewrites the lock files.
tree=$out/tree
rm -rf "$tree"
mkdir -p "$tree"
cp -a src eng global.json LICENSE README.md .editorconfig Directory.* "$tree/"
for project in Ring Manager Cli; do
    dotnet publish "$tree/src/Mainstay.$project" -c Release -r "$rid" --self-contained true -o "$lib" -v quiet -nologo \
        -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false -p:GenerateDocumentationFile=false -p:RestoreLockedMode=false
done
for program in mainstay mainstay-ring mainstay-manager; do
    ln -s "../lib/mainstay/$program" "$root/usr/sbin/$program"
done
while read -r tool; do
    [ -z "$tool" ] || ln -s ../lib/mainstay/mainstay "$root/usr/sbin/$tool"
done <src/Mainstay.Cli/native-tools.txt
cp packaging/systemd/*.service "$root/lib/systemd/system/"
cp packaging/default/mainstay "$root/etc/default/mainstay"
cp LICENSE CHANGELOG.md "$root/usr/share/doc/mainstay/"
[ ! -e packaging/completions/mainstay.bash ] || cp packaging/completions/mainstay.bash "$root/usr/share/bash-completion/completions/mainstay"
printf '/etc/default/mainstay\n' >"$root/DEBIAN/conffiles"
cat >"$root/DEBIAN/control" <<CONTROL
Package: mainstay
Version: $version
Architecture: $arch
Maintainer: The Mainstay developers <mainstay@localhost>
Section: admin
Priority: optional
Depends: libc6, libssl3 | libssl3t64, zlib1g
Recommends: resource-agents, fence-agents, libsystemd0
Conflicts: pcs, pacemaker-cli-utils, pacemaker, corosync
Provides: pacemaker-cli-utils
Description: high-availability cluster stack
 Membership, quorum, resource placement, fencing and failover for Linux
 hosts, with the configuration, agents and wire format of Corosync 3 and
 Pacemaker 3.
CONTROL
dpkg-deb --root-owner-group --build "$root" "$out/mainstay_${version}_$arch.deb"
