namespace Velox.Node;

/// <summary>The demo market could not be set up; the message names the step and the chain's reason.</summary>
public sealed class DemoException(string message) : Exception(message);
