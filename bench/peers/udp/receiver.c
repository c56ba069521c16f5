// The peer of `velox bench udp`: the same datagrams taken from the same kernel by a plain recvmmsg loop in C, 64 at a time.
// It fills the socket's buffer and then times only the taking out, on one thread, as the other side does.
// usage: receiver DATAGRAMS; prints processor time and elapsed time of one datagram, in nanoseconds.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

enum { MESSAGE = 32, BATCH = 64, MAX_FILL = 4096, BUFFER = 8 << 20, BUFFER_PER_DATAGRAM = 1024 };

static unsigned char room[BATCH][MESSAGE + 1] __attribute__((aligned(64)));
static struct iovec vectors[BATCH];
static struct mmsghdr headers[BATCH];

static void fail(const char *what) { perror(what); exit(1); }

static double elapsed_nanos(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e9 + now.tv_nsec;
}

static double cpu_nanos(void) {
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e9 + (use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1e3;
}

static void drain(int socket, long count) {
    while (count > 0) {
        int received = recvmmsg(socket, headers, count < BATCH ? count : BATCH, MSG_DONTWAIT, NULL);
        if (received <= 0)
            fail("recvmmsg");
        for (int i = 0; i < received; i++) {
            // The same checks: the length, and a kind of message that there is.
            if (headers[i].msg_len != MESSAGE || room[i][0] < 1 || room[i][0] > 4)
                fail("malformed datagram");
        }
        count -= received;
    }
}

int main(int argc, char **argv) {
    long datagrams = argc > 1 ? atol(argv[1]) : 100000;
    int receiver = socket(AF_INET, SOCK_DGRAM, 0), sender = socket(AF_INET, SOCK_DGRAM, 0), buffer = BUFFER;
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t address_bytes = sizeof address, buffer_bytes = sizeof buffer;
    setsockopt(receiver, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    getsockopt(receiver, SOL_SOCKET, SO_RCVBUF, &buffer, &buffer_bytes);
    if (bind(receiver, (struct sockaddr *)&address, sizeof address) || getsockname(receiver, (struct sockaddr *)&address, &address_bytes)
        || connect(sender, (struct sockaddr *)&address, sizeof address))
        fail("socket");
    for (int i = 0; i < BATCH; i++) {
        vectors[i] = (struct iovec){ .iov_base = room[i], .iov_len = sizeof room[i] };
        headers[i].msg_hdr = (struct msghdr){ .msg_iov = &vectors[i], .msg_iovlen = 1 };
    }

    unsigned char message[MESSAGE] = { 2 };
    long fill = buffer / BUFFER_PER_DATAGRAM < MAX_FILL ? buffer / BUFFER_PER_DATAGRAM : MAX_FILL;
    double start = elapsed_nanos(), cpu = 0, elapsed = 0;
    for (long taken = 0; taken < datagrams;) {
        long some = datagrams - taken < fill ? datagrams - taken : fill;
        for (long i = 0; i < some; i++)
            if (send(sender, message, sizeof message, 0) != sizeof message)
                fail("send");
        double cpu_before = cpu_nanos(), before = elapsed_nanos();
        drain(receiver, some);
        if (before - start < 1e9)
            continue; // the first second warms up, as on the other side
        elapsed += elapsed_nanos() - before;
        cpu += cpu_nanos() - cpu_before;
        taken += some;
    }
    printf("%.1f %.1f\n", cpu / datagrams, elapsed / datagrams);
    return 0;
}
