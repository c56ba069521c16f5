// A batch auction of orders of one size. As batch-auction.asm, which says what it does.
#include "book.h"

struct auction_input {
  u64 bids, asks, lots;
  u64 values[]; // prices of the bids, prices of the asks, seats of the bids, seats of the asks
};

struct auction {
  u64 bid_mask, ask_mask;
  s64 orders; // that trade
};

static inline void check(const struct auction_input *input, u64 price, struct auction *auction) {
  s64 asks = sol_book_price_check_le(input->values + input->bids, input->asks, price, &auction->ask_mask);
  s64 bids = sol_book_price_check_ge(input->values, input->bids, price, &auction->bid_mask);
  auction->orders = bids < asks ? bids : asks;
}

s64 main(const struct auction_input *input) {
  u64 all = input->bids + input->asks;
  const u64 *seats = input->values + all;
  struct auction auction;
  s64 most = 0;
  u64 price = 0;
  for (u64 i = 0; i < all; i++) {
    u64 candidate = input->values[i];
    check(input, candidate, &auction);
    if (auction.orders > most || (auction.orders == most && candidate < price)) {
      most = auction.orders;
      price = candidate;
    }
  }

  if (most > 0) {
    check(input, price, &auction);
    s64 left = most;
    for (u64 i = 0; left > 0; i++) {
      if (!(auction.ask_mask >> i & 1))
        continue;
      u64 error = sol_book_place_order(seats[input->bids + i], BOOK_ASK | BOOK_LIMIT, price, input->lots, 0);
      if (error)
        return -(s64)error;
      left--;
    }
    left = most;
    for (u64 i = 0; left > 0; i++) {
      if (!(auction.bid_mask >> i & 1))
        continue;
      u64 error = sol_book_match_orders(seats[i], BOOK_BID, price, input->lots);
      if (error)
        return -(s64)error;
      left--;
    }
  }

  sol_book_update_shard(1, price);
  return most;
}
