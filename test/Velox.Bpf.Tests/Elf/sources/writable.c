// Writable data, which programs may not have.
typedef unsigned long long u64;

u64 counter = 5;

u64 main(void) { return ++counter; }
