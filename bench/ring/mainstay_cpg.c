/*
 * The calls of libcpg that the lab's load generator (../shared/lab/cpgload.c) makes, on the socket of mainstay-ring: so one and the same
 * generator measures both rings.
 *
 * build: cc -O2 -Wall -o cpgload-mainstay cpgload.c mainstay_cpg.c
 *
 * The frames are those of src/Mainstay.Ring.Client/RingProtocol.cs. Requests have number 0, so only refusals are answered: what the daemon
 * cannot take stays in the socket, and a full socket is "try again".
 */
#define _GNU_SOURCE
#include <corosync/cpg.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

enum { HELLO = 1, JOIN = 2, MULTICAST = 4, WELCOME = 0x81, MESSAGE = 0x83, GROUP_CHANGE = 0x84, GOODBYE = 0x87 };
enum { HEADER = 9, MAGIC = 0x474e5352, MEMBERS_MAX = 512 };

static int ring = -1;
static uint32_t local;
static cpg_callbacks_t calls;
static struct cpg_name joined;
static char *input;
static size_t room, filled;

static uint32_t number(const char *from)
{
	uint32_t value;
	memcpy(&value, from, sizeof(value));
	return value;
}

static void group_changed(const char *body)
{
	static struct cpg_address members[MEMBERS_MAX];
	uint32_t count = number(body);

	if (!calls.cpg_confchg_fn || count > MEMBERS_MAX)
		return;
	for (uint32_t i = 0; i < count; i++) {
		members[i].nodeid = number(body + 4 + 8 * i);
		members[i].pid = number(body + 8 + 8 * i);
		members[i].reason = 0;
	}
	calls.cpg_confchg_fn(0, &joined, members, count, NULL, 0, NULL, 0);
}

static cs_error_t take_frames(void)
{
	size_t used = 0;

	while (filled - used >= HEADER) {
		char *frame = input + used;
		size_t size = number(frame) + 4u;

		if (filled - used < size) {
			if (size > room)
				input = realloc(input, room = size * 2);
			break;
		}
		switch ((unsigned char)frame[4]) {
		case WELCOME:
			local = number(frame + HEADER);
			break;
		case MESSAGE:
			calls.cpg_deliver_fn(0, &joined, number(frame + HEADER), number(frame + HEADER + 4),
					     frame + HEADER + 8, size - HEADER - 8);
			break;
		case GROUP_CHANGE:
			group_changed(frame + HEADER);
			break;
		case GOODBYE:
			return CS_ERR_LIBRARY;
		default:
			break;
		}
		used += size;
	}
	memmove(input, input + used, filled - used);
	filled -= used;
	return CS_OK;
}

/* Reads once, without handling what it reads; the number of bytes, 0 for none, -1 at the end. */
static ssize_t fill(int flags)
{
	ssize_t count;

	if (filled == room)
		input = realloc(input, room *= 2);
	count = recv(ring, input + filled, room - filled, flags);
	if (count < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	filled += count;
	return count ? count : -1;
}

/* Reads and handles what is there; with MSG_DONTWAIT all of it. */
static cs_error_t receive(int flags)
{
	cs_error_t result = take_frames();

	while (result == CS_OK) {
		ssize_t count = fill(flags);

		if (count <= 0)
			return count < 0 ? CS_ERR_LIBRARY : CS_OK;
		result = take_frames();
		if (!(flags & MSG_DONTWAIT))
			break;
	}
	return result;
}

/* Sends a whole frame, or nothing where the socket is full. */
static cs_error_t send_frame(int kind, struct iovec *body, int pieces)
{
	char header[HEADER] = { 0 };
	struct iovec v[4] = { { header, HEADER } };
	struct msghdr message = { .msg_iov = v, .msg_iovlen = 1 + pieces };
	uint32_t size = HEADER - 4;
	size_t sent = 0;

	for (int i = 0; i < pieces; i++) {
		v[i + 1] = body[i];
		size += body[i].iov_len;
	}
	memcpy(header, &size, sizeof(size));
	header[4] = kind;
	while (sent < size + 4u) {
		ssize_t count = sendmsg(ring, &message, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (count < 0 && errno != EAGAIN && errno != EINTR)
			return CS_ERR_LIBRARY;
		if (count < 0 && sent == 0)
			return CS_ERR_TRY_AGAIN;
		if (count < 0) {
			struct pollfd p = { ring, POLLOUT, 0 };

			/* The daemon takes no more from who has much to read. */
			if (poll(&p, 1, 1) == 0 && fill(MSG_DONTWAIT) < 0)
				return CS_ERR_LIBRARY;
			continue;
		}
		sent += count;
		while (count > 0 && message.msg_iovlen > 0) {
			size_t step = (size_t)count < message.msg_iov->iov_len ? (size_t)count : message.msg_iov->iov_len;
			message.msg_iov->iov_base = (char *)message.msg_iov->iov_base + step;
			message.msg_iov->iov_len -= step;
			count -= step;
			if (message.msg_iov->iov_len == 0) {
				message.msg_iov++;
				message.msg_iovlen--;
			}
		}
	}
	return CS_OK;
}

cs_error_t cpg_initialize(cpg_handle_t *handle, cpg_callbacks_t *callbacks)
{
	const char *path = getenv("MAINSTAY_RING_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char hello[6] = { 0 };
	uint32_t magic = MAGIC;

	strncpy(address.sun_path, path ? path : "/run/mainstay/ring.sock", sizeof(address.sun_path) - 1);
	ring = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (ring < 0 || connect(ring, (struct sockaddr *)&address, sizeof(address)) < 0)
		return CS_ERR_LIBRARY;
	calls = *callbacks;
	input = malloc(room = 256 * 1024);
	memcpy(hello, &magic, sizeof(magic));
	hello[4] = 1;
	*handle = 0;
	if (send_frame(HELLO, &(struct iovec){ hello, sizeof(hello) }, 1) != CS_OK)
		return CS_ERR_LIBRARY;
	while (!local) {
		if (receive(0) != CS_OK)
			return CS_ERR_LIBRARY;
	}
	return CS_OK;
}

cs_error_t cpg_local_get(cpg_handle_t handle, unsigned int *node)
{
	*node = local;
	return CS_OK;
}

cs_error_t cpg_join(cpg_handle_t handle, const struct cpg_name *group)
{
	joined = *group;
	return send_frame(JOIN, &(struct iovec){ joined.value, joined.length }, 1);
}

cs_error_t cpg_fd_get(cpg_handle_t handle, int *descriptor)
{
	*descriptor = ring;
	return CS_OK;
}

cs_error_t cpg_mcast_joined(cpg_handle_t handle, cpg_guarantee_t guarantee, const struct iovec *pieces, unsigned int count)
{
	return count > 3 ? CS_ERR_INVALID_PARAM : send_frame(MULTICAST, (struct iovec *)pieces, count);
}

cs_error_t cpg_dispatch(cpg_handle_t handle, cs_dispatch_flags_t flags)
{
	return receive(MSG_DONTWAIT);
}

cs_error_t cpg_finalize(cpg_handle_t handle)
{
	close(ring);
	return CS_OK;
}

cs_error_t cpg_zcb_alloc(cpg_handle_t handle, size_t size, void **buffer)
{
	return CS_ERR_NOT_SUPPORTED;
}

cs_error_t cpg_zcb_mcast_joined(cpg_handle_t handle, cpg_guarantee_t guarantee, void *message, size_t size)
{
	return CS_ERR_NOT_SUPPORTED;
}
