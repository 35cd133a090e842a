"""The ledger: what stands where and who answers for it, from when to when."""
