"""One use case per function, verb first; the actor, the clinic and the clock are arguments."""
