/**
 * A self-signed certificate for `localhost` and 127.0.0.1, valid from 2020 to 2120, and its key. It is
 * public and protects nothing: it lets a test speak TLS without a tool that makes certificates.
 */
export const localhostCertificate = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg322nQekl/HJV2rMJ
224FfebQrMahXq0gMbmnT3RBOgKhRANCAAS6u0TfzrLWR/O9bchTg/PYQsZueLqq
8Qe4YyLHXLQiERr/IlG8VpLxBtP1rvfiuKkqImBL3+02n0Cs5A094EFb
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBejCCASCgAwIBAgIUL350gXxLHB1HfnKDEWBPXrloHJcwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAx
MDAwMDAwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAS6u0TfzrLWR/O9bchTg/PYQsZueLqq8Qe4YyLHXLQiERr/IlG8VpLx
BtP1rvfiuKkqImBL3+02n0Cs5A094EFbo04wTDAaBgNVHREEEzARgglsb2NhbGhv
c3SHBH8AAAEwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQUHShovTRDKPC5xlSt
fB3tl7vunKwwCgYIKoZIzj0EAwIDSAAwRQIgTLlhi0SIggm3dVTX/5+JxEQ+Se17
eoqHkFzy7i8gw9cCIQDmN3a1lRFsYVUBvb6skaWLSjfxbkrXse4jMEfFVOkg/g==
-----END CERTIFICATE-----
`,
} as const;
