// A map of the kernel's kind, which this machine does not have.
typedef unsigned long long u64;

struct {
  int (*type)[1];
  int (*max_entries)[16];
} table __attribute__((section(".maps"), used));

static void *(*lookup)(void *map, const void *key) = (void *)1;

u64 main(void) {
  u64 key = 1;
  return (u64)lookup(&table, &key);
}
