#!/bin/sh
# Run inside a lab host: installs Mainstay from a checkout's artifacts/bin, as the package would, with a boot script.
# Usage: install-host.sh BIN TOKEN_MS NODES   (hosts are n1..nN with 10.77.0.i)
set -eu
bin=$1 token=$2 nodes=$3
mkdir -p /etc/corosync /etc/lab /etc/mainstay /var/lib/mainstay /var/log/mainstay

{
    printf 'totem {\n    version: 2\n    cluster_name: lab\n    transport: udpu\n    token: %s\n}\n\n' "$token"
    printf 'quorum {\n    provider: corosync_votequorum\n}\n\nnodelist {\n'
    i=1
    while [ "$i" -le "$nodes" ]; do
        printf '    node {\n        name: n%s\n        nodeid: %s\n        ring0_addr: 10.77.0.%s\n    }\n' "$i" "$i" "$i"
        i=$((i + 1))
    done
    printf '}\n'
} >/etc/corosync/corosync.conf

# Agents call the native tools by their place (spec/agents.md section 14).
for tool in "$bin"/*; do
    [ -L "$tool" ] && ln -sf "$bin/mainstay" "/usr/sbin/$(basename "$tool")"
done
for program in mainstay mainstay-ring mainstay-manager; do
    ln -sf "$bin/$program" "/usr/sbin/$program"
done

cat >/etc/lab/boot <<'BOOT'
#!/bin/sh
# Starts and stops Mainstay's daemons in a lab host (a service manager's job on a real one).
case "${1:-}" in
start)
    mkdir -p /run/mainstay /run/resource-agents
    setsid mainstay-ring --foreground >>/var/log/mainstay/ring.log 2>&1 </dev/null &
    setsid mainstay-manager --foreground >>/var/log/mainstay/manager.log 2>&1 </dev/null &
    ;;
stop)
    pkill -TERM -x mainstay-manage 2>/dev/null && while pgrep -x mainstay-manage >/dev/null; do sleep 0.05; done
    pkill -TERM -x mainstay-ring 2>/dev/null && while pgrep -x mainstay-ring >/dev/null; do sleep 0.05; done
    ;;
esac
exit 0
BOOT
chmod +x /etc/lab/boot
