global using Bls12381Fp = Velox.Cryptography.Field384<Velox.Cryptography.Bls12381Prime>;
global using Bls12381Fp2 = Velox.Cryptography.Fp2<Velox.Cryptography.Field384<Velox.Cryptography.Bls12381Prime>>;
