/*
 * A cable with a rate and a delay between two interfaces, for kernels without netem: frames that come in on the one go out on the other.
 *
 * build: cc -O2 -Wall -o link link.c
 * use:   link HOST-SIDE SWITCH-SIDE MBIT_PER_S DELAY_US      until it is killed
 *
 * From the host: a frame leaves when all frames before it have left and its own bits are through (a network card), and arrives DELAY_US
 * later. To the host: the same rate (a switch's port), no further delay. What the kernel hands over as one large packet (segmentation
 * offload) counts as the packets on the wire it stands for: with their headers, and the port begins to send when the first of them is there.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FRAME_MAX = 70000, PLACES = 8192, ROOM = 32 << 20, ON_WIRE = 24, HEADERS = 42, FIRST = 1538 };

struct frame {
	uint64_t due;
	uint32_t size;
	char *bytes;
};

struct way {
	int from, to;
	uint64_t delay, free_at;
	int begins_early;
	unsigned head, tail;
	uint64_t dropped;
	size_t held, next;
	char *room;
	struct frame frames[PLACES];
};

static double ns_per_byte;

static uint64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static int open_on(const char *name)
{
	int one = 1, room = 32 << 20;
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = if_nametoindex(name) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL));

	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		fprintf(stderr, "link: %s: %s\n", name, strerror(errno));
		exit(1);
	}
	return fd;
}

static uint64_t bits_time(const struct frame *frame)
{
	const struct virtio_net_hdr *offload = (const struct virtio_net_hdr *)frame->bytes;
	uint32_t size = frame->size - sizeof(*offload), packets = 1;

	if (offload->gso_type != VIRTIO_NET_HDR_GSO_NONE && offload->gso_size)
		packets = (size - HEADERS + offload->gso_size - 1) / offload->gso_size;
	return (size + (packets - 1) * HEADERS + packets * ON_WIRE) * ns_per_byte;
}

static void take_in(struct way *way)
{
	static char scratch[FRAME_MAX];

	for (;;) {
		struct frame *frame = &way->frames[way->head % PLACES];
		int full = way->head - way->tail == PLACES || way->held + 2 * FRAME_MAX > ROOM;
		char *place = way->room + (way->next + FRAME_MAX > ROOM ? 0 : way->next);
		ssize_t size = recv(way->from, full ? scratch : place, FRAME_MAX, 0);
		uint64_t at, takes, first;

		if (size < (ssize_t)sizeof(struct virtio_net_hdr))
			return;
		if (full) {
			way->dropped++;
			continue;
		}
		frame->bytes = place;
		frame->size = size;
		way->next = place - way->room + size;
		way->held += size;
		at = now();
		takes = bits_time(frame);
		first = FIRST * ns_per_byte;
		if (way->begins_early && takes > first)
			at -= takes - first;
		if (at < way->free_at)
			at = way->free_at;
		way->free_at = at + takes;
		frame->due = way->free_at + way->delay;
		way->head++;
	}
}

static void give_out(struct way *way)
{
	while (way->tail != way->head && way->frames[way->tail % PLACES].due <= now()) {
		struct frame *frame = &way->frames[way->tail++ % PLACES];
		if (send(way->to, frame->bytes, frame->size, 0) < 0)
			way->dropped++;
		way->held -= frame->size;
	}
}

static struct way *way_between(int from, int to, uint64_t delay, int begins_early)
{
	struct way *way = calloc(1, sizeof(*way));

	*way = (struct way){ .from = from, .to = to, .delay = delay, .begins_early = begins_early, .room = malloc(ROOM) };
	return way;
}

int main(int argc, char **argv)
{
	struct sched_param priority = { .sched_priority = 50 };
	struct way *ways[2];
	struct pollfd polled[2];
	uint64_t told = 0;

	if (argc != 5)
		return 2;
	ns_per_byte = 8000.0 / atof(argv[3]);
	prctl(PR_SET_TIMERSLACK, 1);
	prctl(PR_SET_PDEATHSIG, 15);
	sched_setscheduler(0, SCHED_RR, &priority);
	polled[0] = (struct pollfd){ open_on(argv[1]), POLLIN, 0 };
	polled[1] = (struct pollfd){ open_on(argv[2]), POLLIN, 0 };
	ways[0] = way_between(polled[0].fd, polled[1].fd, atoll(argv[4]) * 1000, 0);
	ways[1] = way_between(polled[1].fd, polled[0].fd, 0, 1);
	for (;;) {
		uint64_t next = UINT64_MAX, t = now();
		struct timespec wait;

		for (int i = 0; i < 2; i++)
			if (ways[i]->tail != ways[i]->head && ways[i]->frames[ways[i]->tail % PLACES].due < next)
				next = ways[i]->frames[ways[i]->tail % PLACES].due;
		wait.tv_sec = next <= t ? 0 : (next - t) / 1000000000;
		wait.tv_nsec = next <= t ? 0 : (next - t) % 1000000000;
		ppoll(polled, 2, next == UINT64_MAX ? NULL : &wait, NULL);
		for (int i = 0; i < 2; i++)
			take_in(ways[i]);
		for (int i = 0; i < 2; i++)
			give_out(ways[i]);
		if (ways[0]->dropped + ways[1]->dropped > told) {
			told = ways[0]->dropped + ways[1]->dropped;
			fprintf(stderr, "link %s: %llu frames dropped\n", argv[1], (unsigned long long)told);
		}
	}
}
