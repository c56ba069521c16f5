// Syscalls of the order book for programs in C: clang -target bpfel -mcpu=v3 -O2 -ffreestanding -c program.c
// docs/book-vm.md has effects, errors and prices. A result below 0 is the negative of an error.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;

enum book_side { BOOK_BID = 0, BOOK_ASK = 1 };

// Flags of an order: a side and one of these.
enum book_order_type { BOOK_LIMIT = 0 << 1, BOOK_IMMEDIATE = 1 << 1, BOOK_FILL_OR_KILL = 2 << 1, BOOK_POST_ONLY = 3 << 1 };

enum book_error {
  BOOK_OK = 0,
  BOOK_UNKNOWN_SEAT = 20,
  BOOK_NOT_SEAT_OWNER = 24,
  BOOK_INSUFFICIENT_FUNDS = 31,
  BOOK_INVALID_QUANTITY = 41,
  BOOK_INVALID_PRICE = 42,
  BOOK_WOULD_CROSS = 48,
  BOOK_UNKNOWN_ORDER = 60,
  BOOK_UNKNOWN_SHARD = 1001,
  BOOK_MAILBOX_FULL = 1002,
  BOOK_INVALID_MESSAGE_LENGTH = 1003,
  BOOK_UNKNOWN_WORD = 1004,
  BOOK_TOO_MANY = 1005,
  BOOK_OVERLAP = 1006,
};

// Fields of the last operation's result.
enum book_result_field {
  BOOK_RESULT_ORDER_ID, BOOK_RESULT_FILLED_LOTS, BOOK_RESULT_RESTING_LOTS,
  BOOK_RESULT_CANCELLED_LOTS, BOOK_RESULT_CANCELLED_ORDERS, BOOK_RESULT_REASON,
};

enum book_message_kind { BOOK_PLACE = 1, BOOK_CANCEL = 2, BOOK_CANCEL_ALL = 3, BOOK_REDUCE = 4 };

struct book_order_message {
  u8 kind;
  u8 flags;
  u16 seat;
  u32 sequence;
  u64 client_order_id;
  u64 price_ticks;
  u64 quantity_lots;
};

struct book_shard_message {
  u32 source_shard;
  u32 length;
  u8 data[56];
};

// The best prices, in place and read-only: 0 for none.
struct book_quote {
  u64 changes, best_bid_ticks, best_ask_ticks;
};

// The page that every shard shows beside its slab, in place and read-only.
struct book_view {
  u32 shard, shard_count;
  u64 unused[7];
  u64 result[6];
  u64 unused2[50];
  u64 words[64];
};

#define BOOK_HEAP ((void *)0x300000000ull)
#define BOOK_VIEW ((const volatile struct book_view *)0x500000000ull)
#define BOOK_SLAB ((const volatile u8 *)0x600000000ull)
#define BOOK_QUOTE ((const volatile struct book_quote *)(0x600000000ull + 192))

extern u64 sol_book_place_order(u64 seat, u64 flags, u64 price_ticks, u64 quantity_lots, u64 client_order_id);
extern u64 sol_book_cancel_order(u64 seat, u64 order_id);
extern u64 sol_book_cancel_client(u64 seat, u64 client_order_id);
extern u64 sol_book_match_orders(u64 seat, u64 side, u64 limit_ticks, u64 most_lots);
extern s64 sol_book_bulk_update(const struct book_order_message *messages, u64 count, u16 *errors);
extern u64 sol_book_update_shard(u64 word, u64 value);
extern u64 sol_book_read_shard(u64 shard, u64 word);
extern u64 sol_book_send_shard(u64 shard, const void *data, u64 length);
extern u64 sol_book_receive_shard(struct book_shard_message *message);
extern s64 sol_book_price_check_le(const u64 *prices, u64 count, u64 bound, u64 *mask);
extern s64 sol_book_price_check_ge(const u64 *prices, u64 count, u64 bound, u64 *mask);
extern u64 sol_book_best_bid(void);
extern u64 sol_book_best_ask(void);
extern u64 sol_book_best_bid_of(u64 shard);
extern u64 sol_book_best_ask_of(u64 shard);
extern u64 sol_book_depth_at(u64 side, u64 price_ticks);
extern s64 sol_book_read_levels(u64 side, u64 *prices, u64 most, u64 *lots);
extern u64 sol_book_result(u64 field);
