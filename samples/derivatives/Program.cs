using Velox.Samples.Derivatives;

DerivativesExample.Run(Console.Out);
