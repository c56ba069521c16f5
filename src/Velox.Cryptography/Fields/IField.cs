namespace Velox.Cryptography;

/// <summary>A field that curves and extensions are built over. Takes variable time: for public values only.</summary>
internal interface IField<TSelf>
    where TSelf : struct, IField<TSelf>
{
    static abstract TSelf One { get; }

    /// <summary>Zero is the default value.</summary>
    bool IsZero { get; }

    static abstract TSelf operator +(in TSelf left, in TSelf right);

    static abstract TSelf operator -(in TSelf left, in TSelf right);

    static abstract TSelf operator -(in TSelf value);

    static abstract TSelf operator *(in TSelf left, in TSelf right);

    static abstract bool operator ==(in TSelf left, in TSelf right);

    static abstract bool operator !=(in TSelf left, in TSelf right);

    TSelf Square();

    TSelf Double();

    /// <summary>The inverse; zero for zero.</summary>
    TSelf Invert();

    /// <summary>Either square root; false if there is none.</summary>
    bool TrySquareRoot(out TSelf root);

    /// <summary>Whether the value is the larger one of itself and its negative, the highest coefficient counting first.</summary>
    bool IsLargerThanNegative();
}
