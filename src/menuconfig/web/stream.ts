/** What a page reads for as long as it is open: server-sent events, as the HTML standard §9.2 has them. */

import type {ServerResponse} from 'node:http';

export class EventStream {
  readonly #response: ServerResponse;
  /** The newest event, while the page has not read what was sent before. */
  #waiting: string | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.writeHead(200, {'Content-Type': 'text/event-stream; charset=utf-8'});
    response.on('drain', () => {
      const event = this.#waiting;
      this.#waiting = undefined;
      if (event !== undefined) this.#response.write(event);
    });
  }

  /** Sends the event, or forgets it where a newer one comes before the page reads on: nothing piles up. */
  send(event: string): void {
    if (this.#response.writableNeedDrain) this.#waiting = event;
    else this.#response.write(event);
  }

  end(event: string): void {
    this.#response.end((this.#waiting ?? '') + event);
  }
}

/** `data` as JSON, which is one line. */
export function eventText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
