namespace Velox.Primitives;

/// <summary>An error as a hot path notes it: a small value, no text.</summary>
/// <param name="Code">What went wrong; the numbers are the user's own.</param>
/// <param name="TimeNanos">When, on the user's clock.</param>
/// <param name="First">What the code says it is, such as an order's id.</param>
/// <param name="Second">The same.</param>
public readonly record struct ErrorEntry(int Code, long TimeNanos, long First, long Second);
