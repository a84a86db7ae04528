namespace Mainstay.Cib;

/// <summary>The result of an operation; the numbers are the exit statuses of the tools (spec/manager.md section 2).</summary>
public enum CibCode
{
    /// <summary>Success.</summary>
    Ok = 0,

    /// <summary>The comparison found a difference, or another plain failure.</summary>
    Error = 1,

    /// <summary>Insufficient privileges.</summary>
    Permission = 4,

    /// <summary>Wrong command line.</summary>
    Usage = 64,

    /// <summary>Data that is no XML or not the XML expected.</summary>
    BadXml = 65,

    /// <summary>Cannot read the input.</summary>
    NoInput = 66,

    /// <summary>Invalid argument, or a fault of the software.</summary>
    Software = 70,

    /// <summary>Does not conform to the schema.</summary>
    Schema = 78,

    /// <summary>Older than the existing configuration.</summary>
    Old = 103,

    /// <summary>No such element.</summary>
    NotFound = 105,

    /// <summary>Refused without <c>--force</c>.</summary>
    Unsafe = 107,

    /// <summary>The element exists already.</summary>
    Exists = 108,
}

/// <summary>A caller handed over something that is no CIB.</summary>
public sealed class CibException : Exception
{
    /// <summary>An error without details.</summary>
    public CibException()
    {
    }

    /// <summary>An error with a message.</summary>
    /// <param name="message">What is wrong.</param>
    public CibException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and a cause.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">The cause.</param>
    public CibException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error with its code.</summary>
    /// <param name="code">The code.</param>
    /// <param name="message">What is wrong.</param>
    public CibException(CibCode code, string message)
        : base(message) => Code = code;

    /// <summary>The code.</summary>
    public CibCode Code { get; } = CibCode.Software;
}
