using System.Xml.Linq;

namespace Mainstay.Cli.Configuration;

/// <summary>Where a command finds the CIB and puts the changed one: a file, or the running cluster.</summary>
internal interface ICibStore
{
    /// <summary>Whether this is the running cluster.</summary>
    bool IsLive { get; }

    /// <summary>Reads the whole CIB, status included.</summary>
    /// <exception cref="CommandFailure">It cannot be read; the message names the file or socket.</exception>
    XDocument Read();

    /// <summary>Writes a changed CIB.</summary>
    /// <param name="original">The document as <see cref="Read"/> gave it: what the change is based on.</param>
    /// <param name="changed">The document to be.</param>
    /// <exception cref="CommandFailure">It was refused or cannot be written.</exception>
    void Write(XDocument original, XDocument changed);
}
