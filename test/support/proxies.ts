/** The tests speak with servers on this machine, which its proxy cannot reach. npm, which goes further, keeps it. */
for (const [name, ofNpm] of [
  ["http_proxy", "npm_config_proxy"],
  ["https_proxy", "npm_config_https_proxy"],
  ["no_proxy", "npm_config_noproxy"],
  ["all_proxy", undefined],
] as const) {
  for (const spelling of [name, name.toUpperCase()]) {
    const value = process.env[spelling];
    delete process.env[spelling];
    if (value && ofNpm) process.env[ofNpm] ??= value;
  }
}
