// The peer of `velox bench udp`: a plain recvmmsg loop in C, 64 datagrams at a time, for a socket that the benchmark has filled.
#define _GNU_SOURCE
#include <sys/socket.h>

enum { MESSAGE = 32, BATCH = 64 };

// One byte more than a message, so that a longer datagram shows.
static unsigned char room[BATCH][MESSAGE + 1] __attribute__((aligned(64)));
static struct iovec vectors[BATCH];
static struct mmsghdr headers[BATCH];

__attribute__((constructor)) static void prepare(void) {
    for (int i = 0; i < BATCH; i++) {
        vectors[i] = (struct iovec){ .iov_base = room[i], .iov_len = sizeof room[i] };
        headers[i].msg_hdr = (struct msghdr){ .msg_iov = &vectors[i], .msg_iovlen = 1 };
    }
}

// Takes so many datagrams, which are there; returns how many it found well-formed.
int drain(int socket, int count) {
    int taken = 0;
    while (taken < count) {
        int left = count - taken;
        int received = recvmmsg(socket, headers, left < BATCH ? left : BATCH, MSG_DONTWAIT, 0);
        if (received <= 0)
            break;
        for (int i = 0; i < received; i++)
            taken += headers[i].msg_len == MESSAGE && room[i][0] >= 1 && room[i][0] <= 4;
    }
    return taken;
}
