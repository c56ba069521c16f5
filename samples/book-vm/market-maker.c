// Quotes both sides around a fair price, in place of the quotes before. As market-maker.asm.
#include "book.h"

struct quote_input {
  u64 seat, fair_ticks, half_spread_ticks, lots, levels;
};

static void place(struct book_order_message *message, const struct quote_input *input, u8 side, u64 price_ticks) {
  message->kind = BOOK_PLACE;
  message->flags = side | BOOK_POST_ONLY;
  message->seat = (u16)input->seat;
  message->price_ticks = price_ticks;
  message->quantity_lots = input->lots;
}

s64 main(const struct quote_input *input) {
  struct book_order_message *messages = BOOK_HEAP;
  messages[0].kind = BOOK_CANCEL_ALL;
  messages[0].seat = (u16)input->seat;
  u64 count = 1;
  for (u64 level = 0; level < input->levels; level++) {
    place(&messages[count++], input, BOOK_BID, input->fair_ticks - input->half_spread_ticks - level);
    place(&messages[count++], input, BOOK_ASK, input->fair_ticks + input->half_spread_ticks + level);
  }
  s64 executed = sol_book_bulk_update(messages, count, 0);
  sol_book_update_shard(0, input->fair_ticks);
  return executed;
}
