const APPOINTMENT = /\/appointment-details\/(\d+)\//;

/** A store that forgets with the page: frames of other sites often have no other. */
export function memory(value) {
  return { load: () => value, save: (next) => (value = next) };
}

/** The appointment that a reply's cards show after the assistant has booked; null otherwise. */
export class BookedWatch {
  constructor() {
    this.done = false;
  }

  take(name, event) {
    if (name === "tool" && event.name === "book_appointment") this.done = event.state === "done";
    if (name !== "reply" || !this.done) return null;
    this.done = false;
    const card = event.cards?.find(({ kind, url }) => kind === "appointment" && APPOINTMENT.test(url ?? ""));
    return card ? Number(card.url.match(APPOINTMENT)[1]) : null;
  }
}
