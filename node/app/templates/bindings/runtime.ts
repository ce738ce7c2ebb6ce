// What the typed client above needs: the encoding of contracts' values, addresses as text, and JSON-RPC. No dependencies.

/** 32 bytes as 0x-hex. */
export type Hex = string;

/** A call that a wallet signs and sends: `tacit contract call CONTRACT FUNCTION --input INPUT`. */
export interface PreparedCall {
  contract: string;
  function: string;
  input: Hex;
}

/** What a node answered instead of a result. */
export class TacitError extends Error {
  code: number;
  data: unknown;
  constructor(code: number, message: string, data: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

const $ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

function $polymod(values: number[]): number {
  const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    generators.forEach((generator, bit) => {
      if ((top >>> bit) & 1) sum ^= generator;
    });
  }
  return sum >>> 0;
}

function $prefixValues(prefix: string): number[] {
  const codes = [...prefix].map((letter) => letter.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

function $regroup(values: ArrayLike<number>, from: number, to: number, pad: boolean): number[] {
  let held = 0;
  let bits = 0;
  const groups: number[] = [];
  for (const value of Array.from(values)) {
    held = (held << from) | value;
    bits += from;
    while (bits >= to) {
      bits -= to;
      groups.push((held >> bits) & ((1 << to) - 1));
    }
    held &= (1 << bits) - 1;
  }
  if (pad && bits > 0) groups.push((held << (to - bits)) & ((1 << to) - 1));
  if (!pad && (bits >= from || held !== 0)) throw new Error("an address with wrong padding");
  return groups;
}

/** The 32 bytes of an address in its text form, or of 0x-hex. */
export function addressBytes(text: string): Uint8Array {
  if (text.startsWith("0x")) return $fixed(text, 32);
  const split = text.lastIndexOf("1");
  const prefix = text.slice(0, split);
  const values = [...text.slice(split + 1)].map((letter) => $ALPHABET.indexOf(letter));
  const isSound = split > 0 && values.length > 6 && !values.includes(-1);
  if (!isSound || $polymod([...$prefixValues(prefix), ...values]) !== 0x2bc830a3) {
    throw new Error(`${text} is no address`);
  }
  const bytes = Uint8Array.from($regroup(values.slice(0, -6), 5, 8, false));
  if (bytes.length !== 32) throw new Error(`${text} is no address`);
  return bytes;
}

/** The text form of 32 bytes, with a network's prefix such as `tctd`. */
export function addressText(prefix: string, bytes: Uint8Array): string {
  const values = $regroup(bytes, 8, 5, true);
  const sum = $polymod([...$prefixValues(prefix), ...values, 0, 0, 0, 0, 0, 0]) ^ 0x2bc830a3;
  const check = [25, 20, 15, 10, 5, 0].map((shift) => (sum >>> shift) & 31);
  return `${prefix}1${[...values, ...check].map((value) => $ALPHABET.charAt(value)).join("")}`;
}

/** Bytes as 0x-hex. */
export function toHex(bytes: Uint8Array): Hex {
  return `0x${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** The bytes of 0x-hex. */
export function fromHex(text: Hex): Uint8Array {
  if (!/^0x([0-9a-fA-F]{2})*$/.test(text)) throw new Error(`${text} is not 0x and hex digits`);
  return Uint8Array.from(text.slice(2).match(/../g) ?? [], (digits: string) => parseInt(digits, 16));
}

function $fixed(text: Hex, length: number): Uint8Array {
  const bytes = fromHex(text);
  if (bytes.length !== length) throw new Error(`${bytes.length} bytes where ${length} are needed`);
  return bytes;
}

class $Writer {
  #bytes: number[] = [];

  number(value: bigint, length: number): void {
    if (value < 0n || value >> BigInt(8 * length) !== 0n) throw new Error(`${value} does not fit ${8 * length} bits`);
    for (let at = 0; at < length; at++) this.#bytes.push(Number((value >> BigInt(8 * at)) & 0xffn));
  }

  bool(value: boolean): void {
    this.#bytes.push(value ? 1 : 0);
  }

  tag(value: number): void {
    this.#bytes.push(value);
  }

  fixed(value: Hex, length: number): void {
    this.#bytes.push(...$fixed(value, length));
  }

  address(value: string): void {
    this.#bytes.push(...addressBytes(value));
  }

  counted(bytes: Uint8Array, most: number): void {
    this.count(bytes.length, most);
    for (const byte of bytes) this.#bytes.push(byte);
  }

  count(length: number, most: number): void {
    if (length > most) throw new Error(`${length} elements or bytes, at most ${most} are allowed`);
    this.number(BigInt(length), 4);
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

class $Reader {
  #bytes: Uint8Array;
  #at = 0;
  #prefix: string;

  constructor(bytes: Uint8Array, prefix: string) {
    this.#bytes = bytes;
    this.#prefix = prefix;
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw new Error("an encoding ends too early");
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }

  number(length: number): bigint {
    return this.take(length).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  }

  tag(cases: number): number {
    const tag = Number(this.number(1));
    if (tag >= cases) throw new Error(`${tag} is no case`);
    return tag;
  }

  count(most: number): number {
    const length = Number(this.number(4));
    if (length > most) throw new Error(`a length of ${length} is above ${most}`);
    return length;
  }

  list<T>(most: number, element: () => T): T[] {
    return Array.from({ length: this.count(most) }, element);
  }

  address(): string {
    return addressText(this.#prefix, this.take(32));
  }

  text(most: number): string {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.take(this.count(most)));
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new Error("an encoding has bytes left over");
  }
}

async function $view(url: string, contract: string, name: string, input: Uint8Array): Promise<Uint8Array> {
  const params = [contract, name, toHex(input)];
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "contract_view", params });
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  const answer = (await response.json()) as {
    result?: { output: string };
    error?: { code: number; message: string; data?: unknown };
  };
  if (answer.error) throw new TacitError(answer.error.code, answer.error.message, answer.error.data);
  if (!answer.result) throw new Error("the node answered nothing");
  return fromHex(answer.result.output);
}
