// Read-only data: a table, string constants, pointers to strings, and a switch that becomes a table.
typedef unsigned long long u64;

static const unsigned int squares[] = {0, 1, 4, 9, 16, 25, 36, 49};
const u64 primes[] = {2, 3, 5, 7, 11, 13, 17, 19};
const char *const names[] = {"alpha", "beta", "gamma", "delta"};

static __attribute__((noinline)) u64 sum(const char *text) {
  u64 total = 0;
  for (; *text; text++)
    total = total * 31 + *text;
  return total;
}

u64 run(const unsigned char *memory, u64 length) {
  u64 total = 0;
  for (u64 i = 0; i < length; i++)
    total += squares[memory[i] & 7] * primes[memory[i] & 7] + sum(names[memory[i] & 3]);
  return total;
}
