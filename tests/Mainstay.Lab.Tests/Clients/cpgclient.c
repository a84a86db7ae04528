/*
 * A client of the reference's process groups for the interoperation tests.
 *
 *   cpgclient listen GROUP COUNT            print COUNT messages as "message NODE/PID TEXT", then end; 0: go on for ever
 *   cpgclient send GROUP COUNT TEXT SIZE    send COUNT messages "TEXT-i" padded with dots up to SIZE bytes
 *   cpgclient pipe GROUP 0                  send each line of standard input; end when all own messages were delivered
 *
 * All print "members NODE/PID... left NODE/PID:REASON... joined "
     + "NODE/PID:REASON..." whenever the group changes. Messages longer than 60 bytes are printed by their first word, length and sum.
 */
#include <corosync/cpg.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long delivered, own;
static unsigned me;
static int joined, is_quiet;

static void print_text(const char *text, size_t length)
{
    unsigned long sum = 0;
    size_t word = 0;

    if (length <= 60) {
        printf("%.*s\n", (int)length, text);
        return;
    }
    for (size_t i = 0; i < length; i++) sum = (sum * 31 + (unsigned char)text[i]) & 0xffffffff;
    while (word < length && text[word] != '.') word++;
    printf("%.*s length %zu sum %lu\n", (int)word, text, length, sum);
}

static void deliver(cpg_handle_t handle, const struct cpg_name *group, uint32_t node, uint32_t pid, void *message, size_t length)
{
    (void)handle;
    (void)group;
    if (node == me && pid == (uint32_t)getpid()) own++;
    if (is_quiet) return;
    printf("message %u/%u ", node, pid);
    print_text(message, length);
    fflush(stdout);
    delivered++;
}

static void change(cpg_handle_t handle, const struct cpg_name *group, const struct cpg_address *members, size_t count,
    const struct cpg_address *left, size_t left_count, const struct cpg_address *came, size_t came_count)
{
    (void)handle;
    (void)group;
    printf("members");
    for (size_t i = 0; i < count; i++) printf(" %u/%u", members[i].nodeid, members[i].pid);
    for (size_t i = 0; i < left_count; i++) printf("%s %u/%u:%u", i ? "" : " left", left[i].nodeid, left[i].pid, left[i].reason);
    for (size_t i = 0; i < came_count; i++) printf("%s %u/%u:%u", i ? "" : " joined", came[i].nodeid, came[i].pid, came[i].reason);
    printf("\n");
    fflush(stdout);
    joined = 1;
}

static void dispatch(cpg_handle_t handle, int fd)
{
    struct pollfd waiting = { .fd = fd, .events = POLLIN };

    if (poll(&waiting, 1, 100) > 0 && waiting.revents && cpg_dispatch(handle, CS_DISPATCH_ALL) != CS_OK) {
        printf("disconnected\n");
        exit(2);
    }
}

static int multicast(cpg_handle_t handle, int fd, char *text, size_t length)
{
    struct iovec piece = { .iov_base = text, .iov_len = length };
    cs_error_t error;

    while ((error = cpg_mcast_joined(handle, CPG_TYPE_AGREED, &piece, 1)) == CS_ERR_TRY_AGAIN) dispatch(handle, fd);
    return error == CS_OK ? 0 : 5;
}

static int send_lines(cpg_handle_t handle, int fd)
{
    struct pollfd waiting[2] = { { .fd = fd, .events = POLLIN }, { .fd = 0, .events = POLLIN } };
    static char text[1 << 20];
    size_t held = 0;
    long sent = 0;

    for (;;) {
        char *start = text, *end;
        ssize_t got;

        if (poll(waiting, 2, -1) < 0) return 6;
        if (waiting[0].revents) dispatch(handle, fd);
        if (!waiting[1].revents) continue;
        got = read(0, text + held, sizeof(text) - held);
        if (got <= 0) break;
        held += got;
        while ((end = memchr(start, '\n', text + held - start)) != NULL) {
            if (multicast(handle, fd, start, end - start)) return 5;
            sent++;
            start = end + 1;
        }
        held -= start - text;
        memmove(text, start, held);
    }
    while (own < sent) dispatch(handle, fd);
    return 0;
}

int main(int argc, char **argv)
{
    cpg_callbacks_t callbacks = { .cpg_deliver_fn = deliver, .cpg_confchg_fn = change };
    struct cpg_name group = { .length = 0 };
    cpg_handle_t handle;
    cs_error_t error;
    long count;
    int fd;

    if (argc < 4 || (!strcmp(argv[1], "send") && argc < 6)) return 1;
    group.length = strlen(argv[2]);
    memcpy(group.value, argv[2], group.length);
    count = atol(argv[3]);
    is_quiet = !strcmp(argv[1], "pipe");
    if (cpg_initialize(&handle, &callbacks) != CS_OK || cpg_fd_get(handle, &fd) != CS_OK || cpg_local_get(handle, &me) != CS_OK) return 3;
    while ((error = cpg_join(handle, &group)) == CS_ERR_TRY_AGAIN) usleep(10000);
    if (error != CS_OK) return 4;
    while (!joined) dispatch(handle, fd);

    if (!strcmp(argv[1], "send")) {
        size_t size = strtoul(argv[5], NULL, 10);
        char *text = malloc(size + 64);

        for (long i = 0; i < count; i++) {
            size_t length = sprintf(text, "%s-%ld", argv[4], i);

            while (length < size) text[length++] = '.';
            if (multicast(handle, fd, text, length)) return 5;
        }
    }
    if (is_quiet) return send_lines(handle, fd);
    while (count == 0 || delivered < count) dispatch(handle, fd);
    cpg_leave(handle, &group);
    cpg_finalize(handle);
    return 0;
}
