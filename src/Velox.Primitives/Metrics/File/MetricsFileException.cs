namespace Velox.Primitives;

/// <summary>A file is no metrics file, or a damaged one; the message names the field and its bound.</summary>
public sealed class MetricsFileException : IOException
{
    public MetricsFileException()
    {
    }

    public MetricsFileException(string message)
        : base(message)
    {
    }

    public MetricsFileException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal MetricsFileException(string path, string problem)
        : base($"The metrics file '{path}' {problem}.")
    {
    }
}
