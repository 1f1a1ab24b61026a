// Passkeys: a form that is hidden until the browser can answer what it asks for, and what it offers by itself meanwhile.
"use strict";
(() => {
  const form = document.querySelector("form[data-passkey]");
  const { PublicKeyCredential: Passkey } = window;
  if (!form || !Passkey?.parseCreationOptionsFromJSON) return;
  const asked = JSON.parse(form.dataset.passkey);
  const makes = "rp" in asked;
  const publicKey = makes ? Passkey.parseCreationOptionsFromJSON(asked) : Passkey.parseRequestOptionsFromJSON(asked);
  const offer = new AbortController();
  const send = (passkey) => {
    form.elements.credential.value = JSON.stringify(passkey);
    form.submit();
  };
  form.hidden = false;
  for (const text of document.querySelectorAll("[data-without-passkeys]")) text.hidden = true;

  const failed = form.querySelector("[data-failed]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    offer.abort();
    failed.hidden = true;
    try {
      send(await navigator.credentials[makes ? "create" : "get"]({ publicKey }));
    } catch {
      failed.hidden = false;
    }
  });

  // Where an address is typed, the browser offers the passkeys that it knows.
  if (makes || !document.querySelector("input[autocomplete~=webauthn]")) return;
  Passkey.isConditionalMediationAvailable?.().then((can) => {
    if (!can) return;
    navigator.credentials.get({ publicKey, mediation: "conditional", signal: offer.signal }).then(send, () => {});
  });
})();
