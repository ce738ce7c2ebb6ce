// Twin of statement range: a committed value lies between two bounds.
pragma circom 2.1.0;

include "common.circom";

template Range() {
    signal input commitment;
    signal input low;
    signal input high;
    signal input context;
    signal input value;
    signal input blinding;

    component opened = TaggedHash(2, 7);
    opened.in[0] <== value;
    opened.in[1] <== blinding;
    opened.out === commitment;

    component above = Amount();
    above.in <== value - low;
    component below = Amount();
    below.in <== high - value;

    signal bound <== context * context;
}

component main { public [commitment, low, high, context] } = Range();
