// Local calls: a static function in the same section, a global one, one in .text from another section, recursion.
typedef unsigned long long u64;

// Writable, but nothing refers to it: left out, not refused.
char _license[] __attribute__((section("license"), used)) = "MIT";

static __attribute__((noinline)) u64 mix(u64 a, u64 b) {
  return (a << 5) ^ (a >> 3) ^ b;
}

__attribute__((noinline)) u64 depth(u64 n) {
  if (n == 0)
    return 1;
  return mix(depth(n - 1), n);
}

__attribute__((section("program"))) u64 main(void *memory, u64 length) {
  return depth(6) + mix(length, 3);
}
