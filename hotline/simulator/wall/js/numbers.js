// Telephone numbers as people type them and as they like to read them.

/** E.164 or a short code for what somebody typed, or null. */
export function toE164(typed) {
  const plain = typed.normalize("NFKC").replace(/[\s\-().]/g, "");
  if (/^\+\d{7,15}$/.test(plain)) return plain;
  if (/^00\d{7,15}$/.test(plain)) return `+${plain.slice(2)}`;
  if (/^86\d{10,11}$/.test(plain)) return `+${plain}`;
  if (/^1\d{10}$/.test(plain)) return `+86${plain}`;
  if (/^0\d{9,11}$/.test(plain)) return `+86${plain.slice(1)}`;
  return /^\d{3,6}$/.test(plain) ? plain : null;
}

export function pretty(number) {
  if (!number?.startsWith("+86")) return (number ?? "").replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "+1 $1 $2 $3");
  const national = number.slice(3);
  if (/^1\d{10}$/.test(national)) return national.replace(/^(\d{3})(\d{4})(\d{4})$/, "$1 $2 $3");
  const area = /^(10|2\d)/.test(national) ? 2 : 3;
  return `0${national.slice(0, area)}-${national.slice(area)}`;
}
