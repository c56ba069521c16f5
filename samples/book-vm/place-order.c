// The example of the origin document: one order, then the best price.
#include "book.h"

u64 main(void) {
  u64 error = sol_book_place_order(0, BOOK_BID | BOOK_LIMIT, 100, 10, 1);
  return error ? error : sol_book_best_bid();
}
