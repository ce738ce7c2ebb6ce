// Twin of statement equality: two commitments hide one value.
pragma circom 2.1.0;

include "common.circom";

template Equality() {
    signal input first;
    signal input second;
    signal input context;
    signal input value;
    signal input first_blinding;
    signal input second_blinding;

    component opened = TaggedHash(2, 7);
    opened.in[0] <== value;
    opened.in[1] <== first_blinding;
    opened.out === first;

    component linked = TaggedHash(2, 22);
    linked.in[0] <== value;
    linked.in[1] <== second_blinding;
    linked.out === second;

    component amount = Amount();
    amount.in <== value;

    signal bound <== context * context;
}

component main { public [first, second, context] } = Equality();
