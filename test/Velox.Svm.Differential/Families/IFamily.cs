namespace Velox.Svm.Differential;

/// <summary>Makes scenarios about one program or one part of the runtime.</summary>
public interface IFamily
{
    /// <summary>As the command line calls it.</summary>
    string Name { get; }

    /// <summary>What must be equal.</summary>
    Comparison Comparison { get; }

    /// <summary>How LiteSVM is set up for it.</summary>
    PeerOptions Peer => new();

    /// <summary>Fills one scenario, about ten to a hundred transactions, from its random numbers alone.</summary>
    void Fill(World world);
}
