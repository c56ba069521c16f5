// Breaks a rule of the verifier in one line, and calls what no host offers in another.
typedef unsigned long long u64;

static u64 (*absent)(u64 a) = (void *)77;

u64 main(u64 *memory, u64 length) {
#ifdef WRITES_FRAME_POINTER
  asm volatile("r10 = 5");
#endif
  return absent(length);
}
