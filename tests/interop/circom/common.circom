// What the twins share: hashes with a tag, amounts, paths. Written from circuits/README.md, on circomlib's Poseidon.
pragma circom 2.1.0;

include "poseidon.circom";
include "bitify.circom";

// Poseidon of n inputs whose capacity lane starts with a tag.
template TaggedHash(n, tag) {
    signal input in[n];
    signal output out;
    component hash = PoseidonEx(n, 1);
    hash.initialState <== tag;
    for (var i = 0; i < n; i++) {
        hash.inputs[i] <== in[i];
    }
    out <== hash.out[0];
}

// Below 2^128.
template Amount() {
    signal input in;
    component bits = Num2Bits(128);
    bits.in <== in;
}

// The root that a leaf leads to, in a tree of arity 4: on each level all four children and the two bits of the place.
template Root(depth) {
    signal input leaf;
    signal input children[depth][4];
    signal input place[depth][2];
    signal output root;
    signal reached[depth + 1];
    signal left[depth];
    signal right[depth];
    signal chosen[depth];
    component node[depth];
    reached[0] <== leaf;
    for (var level = 0; level < depth; level++) {
        place[level][0] * (place[level][0] - 1) === 0;
        place[level][1] * (place[level][1] - 1) === 0;
        left[level] <== children[level][0] + place[level][0] * (children[level][1] - children[level][0]);
        right[level] <== children[level][2] + place[level][0] * (children[level][3] - children[level][2]);
        chosen[level] <== left[level] + place[level][1] * (right[level] - left[level]);
        chosen[level] === reached[level];
        node[level] = TaggedHash(4, 1);
        for (var child = 0; child < 4; child++) {
            node[level].in[child] <== children[level][child];
        }
        reached[level + 1] <== node[level].out;
    }
    root <== reached[depth];
}
