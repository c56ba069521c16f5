global using Bn254Fp = Velox.Cryptography.Field256<Velox.Cryptography.Bn254Prime>;
global using Bn254Fp2 = Velox.Cryptography.Fp2<Velox.Cryptography.Field256<Velox.Cryptography.Bn254Prime>>;
global using Bn254Scalar = Velox.Cryptography.Field256<Velox.Cryptography.Bn254Order>;
