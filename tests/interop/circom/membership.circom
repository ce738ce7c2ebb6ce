// Twin of statement membership: the secret stands behind a leaf of a group, and its nullifier for a scope is shown.
pragma circom 2.1.0;

include "common.circom";

template Membership(depth) {
    signal input root;
    signal input nullifier;
    signal input scope;
    signal input weight;
    signal input signal_;
    signal input secret;
    signal input child[depth][4];
    signal input place[depth][2];

    component key = TaggedHash(1, 10);
    key.in[0] <== secret;
    component leaf = TaggedHash(2, 11);
    leaf.in[0] <== key.out;
    leaf.in[1] <== weight;

    component path = Root(depth);
    path.leaf <== leaf.out;
    path.children <== child;
    path.place <== place;
    path.root === root;

    component expected = TaggedHash(2, 12);
    expected.in[0] <== scope;
    expected.in[1] <== secret;
    expected.out === nullifier;

    signal bound <== signal_ * signal_;
}

component main { public [root, nullifier, scope, weight, signal_] } = Membership(16);
