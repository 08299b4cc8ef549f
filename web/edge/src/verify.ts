import { PortcullisError } from "./errors";

/**
 * Says whether a key of 32 bytes made a signature of 64 bytes: Ed25519, as RFC 8032, section
 * 5.1.7, has it.
 */
export type Verify = (key: Bytes, signed: Bytes, signature: Bytes) => boolean | Promise<boolean>;

/** Bytes that no other thread can change. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Verifies by Web Cryptography (WICG, "Secure Curves in the Web Cryptography API"). */
export const verify: Verify = async (key, signed, signature) => {
  try {
    const { subtle } = crypto;
    return await subtle.verify(ED25519, await subtle.importKey("raw", key, ED25519, false, ["verify"]), signature, signed);
  } catch (cause) {
    // Some platforms say so of a key that is no point of the curve.
    if ((cause as Error).name === "DataError") return false;
    throw new PortcullisError("unsupported", "no Ed25519 here: an old browser or an insecure page; give `verify`", { cause });
  }
};

const ED25519 = "Ed25519";
