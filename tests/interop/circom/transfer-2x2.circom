// Twin of statement transfer with two inputs and two outputs, written from docs/spec/privacy.md.
//
// Baby Jubjub is taken in arkworks' coordinates, x^2 + y^2 = 1 + d x^2 y^2, so circomlib's own templates do not fit. The
// multiple of the generator is added up bit by bit, another way than our circuit's windows of three bits.
pragma circom 2.1.0;

include "common.circom";

function curve_d() {
    return 168696 / 168700;
}

// The sum of two known points.
function known_sum(x1, y1, x2, y2) {
    var bend = curve_d() * x1 * x2 * y1 * y2;
    return [(x1 * y2 + y1 * x2) / (1 + bend), (y1 * y2 - x1 * x2) / (1 - bend)];
}

template OnCurve() {
    signal input x;
    signal input y;
    signal x2 <== x * x;
    signal y2 <== y * y;
    curve_d() * x2 * y2 === x2 + y2 - 1;
}

// The law has no exceptions on this curve.
template Sum() {
    signal input x1;
    signal input y1;
    signal input x2;
    signal input y2;
    signal output x;
    signal output y;
    signal xy <== x1 * y2;
    signal yx <== y1 * x2;
    signal xx <== x1 * x2;
    signal yy <== y1 * y2;
    signal bend <== curve_d() * xy * yx;
    x <-- (xy + yx) / (1 + bend);
    x * (1 + bend) === xy + yx;
    y <-- (yy - xx) / (1 - bend);
    y * (1 - bend) === yy - xx;
}

// The generator times a number, given by its bits from the lowest.
template GeneratorTimes(bits) {
    signal input bit[bits];
    signal output x;
    signal output y;
    component sum[bits];
    var power[2] = [
        19698561148652590122159747500897617769866003486955115824547446575314762165298,
        19298250018296453272277890825869354524455968081175474282777126169995084727839
    ];
    for (var i = 0; i < bits; i++) {
        bit[i] * (bit[i] - 1) === 0;
        sum[i] = Sum();
        if (i == 0) {
            sum[i].x1 <== 0;
            sum[i].y1 <== 1;
        } else {
            sum[i].x1 <== sum[i - 1].x;
            sum[i].y1 <== sum[i - 1].y;
        }
        // The power of two times the generator, or the neutral point.
        sum[i].x2 <== bit[i] * power[0];
        sum[i].y2 <== 1 + bit[i] * (power[1] - 1);
        power = known_sum(power[0], power[1], power[0], power[1]);
    }
    x <== sum[bits - 1].x;
    y <== sum[bits - 1].y;
}

template Transfer(inputs, depth) {
    signal input anchor;
    signal input nullifier[inputs];
    signal input commitment[2];
    signal input public_asset;
    signal input public_in;
    signal input public_out;
    signal input sighash;
    signal input spend_key_x;
    signal input spend_key_y;
    signal input ak_x;
    signal input ak_y;
    signal input nk;
    signal input spend_blinding_bit[252];
    signal input asset;
    signal input input_diversifier[inputs];
    signal input input_value[inputs];
    signal input input_blinding[inputs];
    signal input input_child[inputs][depth][4];
    signal input input_place[inputs][depth][2];
    signal input output_owner[2];
    signal input output_value[2];
    signal input output_blinding[2];

    component spender = OnCurve();
    spender.x <== ak_x;
    spender.y <== ak_y;
    component owner_key = TaggedHash(3, 31);
    owner_key.in[0] <== ak_x;
    owner_key.in[1] <== ak_y;
    owner_key.in[2] <== nk;

    component amount[inputs];
    component owner[inputs];
    component note[inputs];
    component path[inputs];
    component spent[inputs];
    var incoming = public_in;
    for (var i = 0; i < inputs; i++) {
        amount[i] = Amount();
        amount[i].in <== input_value[i];
        owner[i] = TaggedHash(2, 32);
        owner[i].in[0] <== owner_key.out;
        owner[i].in[1] <== input_diversifier[i];
        note[i] = TaggedHash(4, 33);
        note[i].in[0] <== asset;
        note[i].in[1] <== input_value[i];
        note[i].in[2] <== owner[i].out;
        note[i].in[3] <== input_blinding[i];
        path[i] = Root(depth);
        path[i].leaf <== note[i].out;
        path[i].children <== input_child[i];
        path[i].place <== input_place[i];
        (path[i].root - anchor) * input_value[i] === 0;
        var position = 0;
        for (var level = depth - 1; level >= 0; level--) {
            position = 4 * position + 2 * input_place[i][level][1] + input_place[i][level][0];
        }
        spent[i] = TaggedHash(3, 34);
        spent[i].in[0] <== nk;
        spent[i].in[1] <== note[i].out;
        spent[i].in[2] <== position;
        spent[i].out === nullifier[i];
        incoming += input_value[i];
    }
    signal apart[inputs][inputs];
    for (var i = 0; i < inputs; i++) {
        for (var j = 0; j < inputs; j++) {
            if (j < i) {
                apart[i][j] <-- 1 / (nullifier[i] - nullifier[j]);
                apart[i][j] * (nullifier[i] - nullifier[j]) === 1;
            } else {
                apart[i][j] <== 0;
            }
        }
    }

    component created_amount[2];
    component created[2];
    var outgoing = public_out;
    for (var i = 0; i < 2; i++) {
        created_amount[i] = Amount();
        created_amount[i].in <== output_value[i];
        created[i] = TaggedHash(4, 33);
        created[i].in[0] <== asset;
        created[i].in[1] <== output_value[i];
        created[i].in[2] <== output_owner[i];
        created[i].in[3] <== output_blinding[i];
        created[i].out === commitment[i];
        outgoing += output_value[i];
    }
    incoming === outgoing;
    (asset - public_asset) * (public_in + public_out) === 0;

    component blinding = GeneratorTimes(252);
    blinding.bit <== spend_blinding_bit;
    component key = Sum();
    key.x1 <== ak_x;
    key.y1 <== ak_y;
    key.x2 <== blinding.x;
    key.y2 <== blinding.y;
    key.x === spend_key_x;
    key.y === spend_key_y;

    signal bound <== sighash * sighash;
}

component main { public [
    anchor, nullifier, commitment, public_asset, public_in, public_out, sighash, spend_key_x, spend_key_y
] } = Transfer(2, 16);
