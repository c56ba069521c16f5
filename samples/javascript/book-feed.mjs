// A market's book, live. The first notification of `bookSubscribe` is the whole book; every further one is what a
// block changed. Each carries `sequence`, the number of the market's events so far, and a delta also the sequence of
// the book that it applies to.

/** A book kept by snapshot and deltas. Prices in ticks, quantities in lots. */
export class OrderBookMirror {
  #bids = new Map();
  #asks = new Map();
  #sequence = null;

  /** The market's events so far; null before the first snapshot. */
  get sequence() {
    return this.#sequence;
  }

  /** Levels { priceTicks, quantityLots, orders }, best first. */
  get bids() {
    return [...this.#bids.values()].sort((a, b) => b.priceTicks - a.priceTicks);
  }
  get asks() {
    return [...this.#asks.values()].sort((a, b) => a.priceTicks - b.priceTicks);
  }

  replace({ sequence, bids, asks }) {
    this.#bids.clear();
    this.#asks.clear();
    this.#put(sequence, bids, asks);
  }

  /** Takes the next delta; false, and nothing is changed, when it applies to another book than this. */
  apply({ previousSequence, sequence, bids, asks }) {
    if (previousSequence !== this.#sequence) return false;
    this.#put(sequence, bids, asks);
    return true;
  }

  #put(sequence, bids, asks) {
    this.#sequence = sequence;
    for (const [levels, changes] of [
      [this.#bids, bids],
      [this.#asks, asks],
    ]) {
      for (const level of changes) {
        if (level.quantityLots === 0) levels.delete(level.priceTicks);
        else levels.set(level.priceTicks, level);
      }
    }
  }
}

/**
 * Follows a market over a WebSocket. After a gap the feed reports it and subscribes again, which begins with a new
 * snapshot.
 */
export class BookFeed extends OrderBookMirror {
  #socket;
  #market;
  #depth;
  #subscription = null;
  #lastId = 0;
  #onUpdate;
  #onGap;

  /**
   * Connects; resolves with the feed when the first snapshot has arrived.
   * @param url of the node's WebSocket: the port after that of JSON-RPC
   * @param options `depth`: levels of each side; `onUpdate(notification, feed)` after the snapshot and every delta;
   *   `onGap({ expected, received })`; `onClose()`; `WebSocket`: the class, where the platform has none (Node.js
   *   before 22: the one of the package `ws`)
   */
  static open(url, market, options = {}) {
    const {
      depth,
      onUpdate = () => {},
      onGap = () => {},
      onClose = () => {},
      WebSocket = globalThis.WebSocket,
    } = options;
    return new Promise((resolve, reject) => {
      const feed = new BookFeed();
      feed.#market = String(market);
      feed.#depth = depth;
      feed.#onGap = onGap;
      feed.#onUpdate = (notification) => {
        resolve(feed);
        onUpdate(notification, feed);
      };
      feed.#socket = new WebSocket(url);
      feed.#socket.onopen = () => feed.#subscribe();
      feed.#socket.onmessage = ({ data }) => feed.#receive(JSON.parse(data), reject);
      feed.#socket.onerror = ({ message }) => reject(new Error(`WebSocket ${url}: ${message ?? 'failed'}`));
      feed.#socket.onclose = () => {
        reject(new Error(`WebSocket ${url}: closed before the first snapshot`));
        onClose();
      };
    });
  }

  close() {
    this.#socket.close();
  }

  #subscribe() {
    this.#subscription = null;
    this.#send('bookSubscribe', [this.#market, { depth: this.#depth }]);
  }

  #send(method, params) {
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id: ++this.#lastId, method, params }));
  }

  #receive({ id, result, error, method, params }, reject) {
    if (error) reject(Object.assign(new Error(`bookSubscribe: ${error.message}`), { code: error.code }));
    else if (id === this.#lastId) this.#subscription = result;
    else if (method === 'bookNotification' && params.subscription === this.#subscription)
      this.#take(params.result.value);
  }

  #take(book) {
    if (book.type === 'snapshot') {
      this.replace(book);
    } else if (!this.apply(book)) {
      this.#onGap({ expected: this.sequence, received: book.previousSequence });
      this.#send('bookUnsubscribe', [this.#subscription]);
      this.#subscribe();
      return;
    }
    this.#onUpdate(book);
  }
}
