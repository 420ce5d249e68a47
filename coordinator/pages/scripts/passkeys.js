// Makes passkeys, and signs acts with them. What is signed is the challenge that the server has made of the act's bytes; this
// page makes it again, so that a payload and a challenge that don't belong together are noticed here.
import { startAuthentication, startRegistration } from '/assets/webauthn/index.js';

const PAYLOAD_TYPE = 'application/vnd.tallystick.governance-act+json';

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function base64(bytes) {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}

/** Base64url, as browsers write it, in plain base64. */
function plain(base64url) {
  const text = base64url.replaceAll('-', '+').replaceAll('_', '/');
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

/** SHA-256 of DSSE's pre-authentication encoding, in base64url. */
async function challengeOf(payload) {
  const head = new TextEncoder().encode(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `);
  const encoded = new Uint8Array(head.length + payload.length);
  encoded.set(head);
  encoded.set(payload, head.length);
  const digest = base64(await crypto.subtle.digest('SHA-256', encoded));
  return digest.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * A form that waits for the authenticator: shown once there is a script, and sent when it has answered. The button is never
 * disabled, for then whoever uses a keyboard would lose their place.
 */
function onSubmit(form, prefix, work) {
  const button = document.getElementById(`${prefix}-button`);
  const error = document.getElementById(`${prefix}-error`);
  const status = document.getElementById(`${prefix}-status`);
  let busy = false;
  const wait = (isWaiting) => {
    busy = isWaiting;
    button.setAttribute('aria-disabled', String(isWaiting));
    status.textContent = isWaiting ? 'Waiting for your device: do what it asks of you.' : '';
  };
  form.hidden = false;
  // A page that the browser has kept waits for nothing.
  addEventListener('pageshow', ({ persisted }) => persisted && wait(false));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (busy) return;
    wait(true);
    error.hidden = true;
    try {
      await work();
      form.submit();
    } catch (thrown) {
      wait(false);
      const isRefusal = thrown?.name === 'NotAllowedError' || thrown?.cause?.name === 'NotAllowedError';
      const why = isRefusal
        ? 'the device was not used in time, did not know you, or has no passkey for this site'
        : (thrown?.message ?? 'the device gave no answer');
      error.textContent = `Nothing was ${prefix === 'make' ? 'made' : 'signed'}: ${why}. Try again, or use a key file.`;
      error.hidden = false;
      button.focus();
    }
  });
}

async function signed(act, rpId) {
  const { payload, challenge } = act.dataset;
  if ((await challengeOf(bytesOf(payload))) !== challenge) throw new Error('this page is not in order: load it anew');
  const { response } = await startAuthentication({
    optionsJSON: { challenge, rpId, userVerification: 'required', timeout: 120_000 },
  });
  return {
    payload,
    signature: plain(response.signature),
    authenticatorData: plain(response.authenticatorData),
    clientDataJSON: plain(response.clientDataJSON),
  };
}

const signForm = document.getElementById('sign');
if (signForm !== null) {
  onSubmit(signForm, 'sign', async () => {
    const acts = [];
    for (const act of signForm.querySelectorAll('.act')) acts.push(await signed(act, signForm.dataset.rpId));
    signForm.elements.signed.value = JSON.stringify(acts);
  });
}

const makeForm = document.getElementById('make');
if (makeForm !== null) {
  onSubmit(makeForm, 'make', async () => {
    const { rpId, rpName, user, userName, displayName, challenge } = makeForm.dataset;
    const { response } = await startRegistration({
      optionsJSON: {
        challenge,
        rp: { id: rpId, name: rpName },
        user: { id: user, name: userName, displayName },
        pubKeyCredParams: [
          { type: 'public-key', alg: -7 },
          { type: 'public-key', alg: -8 },
        ],
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        attestation: 'none',
        timeout: 120_000,
      },
    });
    makeForm.elements.publicKey.value = plain(response.publicKey);
  });
}
