// Why there is no camera, and what to do about it: one sentence for each refusal that the Media Capture specification knows.
const sentences: Readonly<Record<string, string>> = {
  NotAllowedError:
    'The camera is not allowed for this page. Allow it with the camera sign in the address bar, or in the system’s privacy settings, and try again.',
  SecurityError: 'The camera needs a secure page: open it over https or from localhost.',
  NotFoundError: 'No camera was found. Plug one in, or use a photo.',
  NotReadableError:
    'The camera is in use by another program, or its driver does not answer. Close that program and try again.',
  OverconstrainedError: 'That camera is no longer there. Choose Camera again to use another one.',
  AbortError: 'The camera stopped while it was starting. Try again.',
};

/** `name`: of the DOMException that `getUserMedia` rejected with. */
export const refusal = (name: string): string =>
  sentences[name] ?? 'The camera could not be started. Try again, or use a photo.';
