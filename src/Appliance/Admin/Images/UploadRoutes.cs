using System.Globalization;
using Appliance.Catalog;
using Appliance.Images;
using Appliance.Images.Transfers;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Appliance.Admin.Images;

/// <summary>Images that people bring: as a form, as one body, or in parts that can be gone on with.</summary>
internal sealed class UploadRoutes(Uploads uploads, ImageLibrary library, MenuTable records, ImageViews views)
{
    /// <summary>Bytes that the reader of forms asks for at once. 256 KiB: it copies each of them once more.</summary>
    private const int FormBuffer = 256 * 1024;

    /// <summary>Bytes of a field of a form that is no file.</summary>
    private const int MaxField = 8 * 1024;

    private const string Description = "description";
    private const string Public = "public";

    private static readonly ApiField[] Options =
    [
        ImageRoutes.Filename,
        new("sha256", "string", "Its sum; what has another is refused"),
        new("replace", "boolean", "true: it may take the place of a file of that name"),
        new("description", "string", "For people"),
        new("public", "boolean", "Whether every client's menu has it; default true"),
    ];

    public IEnumerable<AdminRoute> Routes =>
    [
        new("POST", "/api/images/upload", Access.Operator, "Brings an image as a form: file, description, public", ReceiveFormAsync)
        {
            BodyType = "multipart/form-data",
            MaxBody = null,
        },
        new("PUT", "/api/images/upload", Access.Operator, "Brings an image as the body", ReceiveAsync)
        {
            Query = [.. Options],
            BodyType = "application/octet-stream",
            MaxBody = null,
        },
        new("PATCH", "/api/images/upload", Access.Operator, "Brings a part of an image; the last one makes it appear", ReceivePartAsync)
        {
            Query =
            [
                .. Options,
                new("offset", "integer", "Where the part begins; 0 begins anew", IsRequired: true),
                new("size", "integer", "Bytes of the whole image", IsRequired: true),
            ],
            BodyType = "application/octet-stream",
            MaxBody = null,
        },
        new("GET", "/api/images/upload", Access.Viewer, "How far uploads have come: all, or one", List) { Query = [ImageRoutes.Filename with { IsRequired = false }] },
        new("DELETE", "/api/images/upload", Access.Operator, "Deletes what has come of an upload", Cancel) { Query = [ImageRoutes.Filename] },
    ];

    private Task<ApiAnswer> List(ApiRequest request)
    {
        IEnumerable<UploadState> states = request.Query("filename") is { } name ? [uploads.Find(ImageFileName.Parse(name))] : uploads.List();
        return Task.FromResult(ApiAnswer.Of([.. states.Select(ViewOf)], AdminJson.Default.UploadViewArray));
    }

    private Task<ApiAnswer> Cancel(ApiRequest request)
    {
        string path = ImageFileName.Parse(request.Require("filename"));
        request.AuditTarget = path;
        return Task.FromResult(uploads.Cancel(path) ? ApiAnswer.Done("deleted") : throw ApiException.NotFound("no upload of that name was begun"));
    }

    private Task<ApiAnswer> ReceiveAsync(ApiRequest request) =>
        ReceiveAsync(request, OrderOf(request) with { Size = request.Context.Request.ContentLength });

    private Task<ApiAnswer> ReceivePartAsync(ApiRequest request) =>
        ReceiveAsync(request, OrderOf(request) with { Offset = Bytes(request, "offset"), Size = Bytes(request, "size") });

    private async Task<ApiAnswer> ReceiveAsync(ApiRequest request, UploadOrder order)
    {
        request.AuditTarget = order.Path;

        // Before the first byte: whoever has sent gigabytes must not hear only then that a word was wrong.
        _ = RecordOf(order.Path, request.Query(Description), request.Query(Public));
        UploadState state = await uploads.ReceiveAsync(order, request.Context.Request.Body, request.Aborted);
        if (!state.IsComplete)
        {
            return ApiAnswer.Of([ViewOf(state)], AdminJson.Default.UploadViewArray, $"{state.Offset} of {state.Size} bytes are there", 202);
        }

        return await ShowAsync(order.Path, request.Query(Description), request.Query(Public), request.Aborted);
    }

    private async Task<ApiAnswer> ReceiveFormAsync(ApiRequest request)
    {
        HttpRequest http = request.Context.Request;
        if (!MediaTypeHeaderValue.TryParse(http.ContentType, out MediaTypeHeaderValue? type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= 200 } boundary)
        {
            throw new ApiException(415, "the body must be a form: curl -F \"file=@image.iso\"; one body without a form takes PUT");
        }

        string? path = null;
        var fields = new Dictionary<string, string>();
        try
        {
            var reader = new MultipartReader(boundary, http.Body, FormBuffer);
            while (await reader.ReadNextSectionAsync(request.Aborted) is { } section)
            {
                path = await ReadSectionAsync(request, section, fields, path);
            }
        }
        catch (InvalidDataException malformed)
        {
            throw ApiException.BadRequest($"the form is malformed: {malformed.Message}");
        }

        return path is null
            ? throw ApiException.BadRequest("the form has no field file")
            : await ShowAsync(path, fields.GetValueOrDefault(Description), fields.GetValueOrDefault(Public), request.Aborted);
    }

    /// <summary>Reads one field of a form; returns the path of the file, once there was one.</summary>
    private async Task<string?> ReadSectionAsync(ApiRequest request, MultipartSection section, Dictionary<string, string> fields, string? path)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out ContentDispositionHeaderValue? disposition))
        {
            throw ApiException.BadRequest("a part of the form has no name");
        }

        string name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
        if (!disposition.IsFileDisposition())
        {
            string value = await ReadFieldAsync(section.Body, request.Aborted);
            if (name is Description or Public)
            {
                fields[name] = value;
                _ = RecordOf(path ?? "", fields.GetValueOrDefault(Description), fields.GetValueOrDefault(Public));
            }

            return path;
        }

        if (path is not null)
        {
            throw ApiException.BadRequest("the form has more than one file: send one at a time");
        }

        string filename = disposition.FileNameStar.HasValue
            ? disposition.FileNameStar.ToString()
            : HeaderUtilities.UnescapeAsQuotedString(disposition.FileName).ToString();
        string target = ImageFileName.Parse(filename);
        request.AuditTarget = target;
        var order = new UploadOrder(target) { Announced = request.Context.Request.ContentLength ?? 0 };
        await uploads.ReceiveAsync(order, section.Body, request.Aborted);
        return target;
    }

    private static async Task<string> ReadFieldAsync(Stream body, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MaxField];
        int length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length < buffer.Length
            ? System.Text.Encoding.UTF8.GetString(buffer, 0, length)
            : throw new ApiException(413, "a field of the form is too long");
    }

    /// <summary>Notes what was said with the file, and waits until the library has it.</summary>
    private async Task<ApiAnswer> ShowAsync(string path, string? description, string? isPublic, CancellationToken cancellationToken)
    {
        if (description is not null || isPublic is not null)
        {
            records.Put(RecordOf(path, description, isPublic));
        }

        await library.ScanAsync(cancellationToken);
        return library.Current.TryFindByFile(path, out LibraryImage? image)
            ? ApiAnswer.Of([views.Of(image)], AdminJson.Default.ImageViewArray, $"{path} is there", 201)
            : ApiAnswer.Done($"{path} is there, and will be listed in a moment", 201);
    }

    /// <exception cref="ApiException">One of them is wrong.</exception>
    private ImageRecord RecordOf(string path, string? description, string? isPublic) => ImageRoutes.Apply(
        records.Current.Image(path), new ImageOrder { Description = description, Public = isPublic is null ? null : ParseBoolean(Public, isPublic) });

    private static UploadOrder OrderOf(ApiRequest request) => new(ImageFileName.Parse(request.Require("filename")))
    {
        Sha256 = FieldText.Sha256(request.Query("sha256")),
        Replace = request.Query("replace") is { } replace && ParseBoolean("replace", replace),
    };

    private static long Bytes(ApiRequest request, string name) =>
        long.TryParse(request.Require(name), NumberStyles.None, CultureInfo.InvariantCulture, out long bytes)
            ? bytes
            : throw ApiException.BadRequest($"{name} takes a number of bytes");

    /// <summary>Forms of browsers say <c>on</c>.</summary>
    private static bool ParseBoolean(string name, string text) => text switch
    {
        "true" or "on" or "1" => true,
        "false" or "off" or "0" or "" => false,
        _ => throw ApiException.BadRequest($"{name} takes true or false"),
    };

    public static UploadView ViewOf(UploadState state) => new(state.Path, state.Offset, state.Size, state.IsRunning, state.IsComplete);
}
